/** Decides when a submission may go to the head: who is next, and whether there is room. */
@NullMarked
package io.rayauth.internal.admission;

import org.jspecify.annotations.NullMarked;
