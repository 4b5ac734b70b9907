/** The port: a socket, the threads behind it and their end, and what a request says. */
@NullMarked
package io.rayauth.proxy.internal.listen;

import org.jspecify.annotations.NullMarked;
