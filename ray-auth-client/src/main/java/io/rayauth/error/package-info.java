/**
 * What can go wrong, by meaning: every exception of this library is a {@link
 * io.rayauth.error.RayException}.
 */
@NullMarked
package io.rayauth.error;

import org.jspecify.annotations.NullMarked;
