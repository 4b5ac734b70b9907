/** Following a log: reconnecting without losing or repeating a line. */
@NullMarked
package io.rayauth.internal.logs;

import org.jspecify.annotations.NullMarked;
