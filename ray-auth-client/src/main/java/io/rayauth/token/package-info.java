/**
 * Where bearer tokens come from.
 *
 * <p>A {@link io.rayauth.token.TokenProvider} has one blocking method. Caching, single flight and
 * the dropping of refused tokens are this library's work, never the provider's.
 */
@NullMarked
package io.rayauth.token;

import org.jspecify.annotations.NullMarked;
