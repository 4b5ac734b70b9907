/**
 * The door: which requests of which browser are let through. Each rule refuses for one reason, and
 * each reason is a row of the attack table in the documentation. Knows nothing of the cluster.
 */
@NullMarked
package io.rayauth.proxy.internal.guard;

import org.jspecify.annotations.NullMarked;
