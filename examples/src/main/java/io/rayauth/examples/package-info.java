/**
 * Programs to run and to copy from, one for each thing people do with a Ray cluster.
 *
 * <p>Without arguments each runs on a FakeRay of its own, with {@code --address} on a real cluster.
 */
@NullMarked
package io.rayauth.examples;

import org.jspecify.annotations.NullMarked;
