/**
 * Who may do what: the rights that a role takes under each scheme, the objects that give them, and
 * the reviews that tell whether they are in force.
 */
@NullMarked
package io.rayauth.kubernetes.internal.access;

import org.jspecify.annotations.NullMarked;
