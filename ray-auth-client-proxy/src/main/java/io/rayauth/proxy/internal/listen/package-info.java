/** The port: a socket, the threads behind it and their end. */
@NullMarked
package io.rayauth.proxy.internal.listen;

import org.jspecify.annotations.NullMarked;
