/** Time as a parameter: the clock and the sleeping that the whole library goes through. */
@NullMarked
package io.rayauth.time;

import org.jspecify.annotations.NullMarked;
