/** What became of each request: for the listener, for the access log and for the idle timeout. */
@NullMarked
package io.rayauth.proxy.internal.log;

import org.jspecify.annotations.NullMarked;
