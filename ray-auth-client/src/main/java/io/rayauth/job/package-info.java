/**
 * Jobs as values: what to run ({@link io.rayauth.job.JobSpec}) and what became of it ({@link
 * io.rayauth.job.JobDetails}).
 */
@NullMarked
package io.rayauth.job;

import org.jspecify.annotations.NullMarked;
