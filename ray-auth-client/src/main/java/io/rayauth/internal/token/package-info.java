/** Sources of tokens and the cache in front of them. Sees no requests. */
@NullMarked
package io.rayauth.internal.token;

import org.jspecify.annotations.NullMarked;
