/** The client: {@link io.rayauth.JobClient} and what configures it. */
@NullMarked
package io.rayauth;

import org.jspecify.annotations.NullMarked;
