/** The only room that knows Jackson: bodies of the Jobs API to values and back. Sees no HTTP. */
@NullMarked
package io.rayauth.internal.json;

import org.jspecify.annotations.NullMarked;
