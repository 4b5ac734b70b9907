/** The way in: a link for a person, the guard behind it, and the end of both. */
@NullMarked
package io.rayauth.proxy.internal.entrance;

import org.jspecify.annotations.NullMarked;
