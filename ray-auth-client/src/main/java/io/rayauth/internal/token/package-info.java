/**
 * Where tokens come from and how they are kept: file, environment, command, chain and the one cache
 * over them. Sees no request.
 */
@NullMarked
package io.rayauth.internal.token;

import org.jspecify.annotations.NullMarked;
