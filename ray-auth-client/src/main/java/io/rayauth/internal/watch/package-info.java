/**
 * Watches many jobs with one look at the cluster at a time: who waits for what, when the next look
 * is due, and what it tells. Callers' code runs in none of its loops.
 */
@NullMarked
package io.rayauth.internal.watch;

import org.jspecify.annotations.NullMarked;
