/** Submitting exactly once: what makes a job ours, and in what another one differs. */
@NullMarked
package io.rayauth.internal.submit;

import org.jspecify.annotations.NullMarked;
