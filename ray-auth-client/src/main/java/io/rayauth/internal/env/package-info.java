/**
 * Runtime environments: what Ray takes, and what its own client makes of them before it sends them.
 */
@NullMarked
package io.rayauth.internal.env;

import org.jspecify.annotations.NullMarked;
