/** Runs the guide's programs against a FakeRay and an API server that remembers what it is sent. */
@NullMarked
package io.rayauth.examples.guide;

import org.jspecify.annotations.NullMarked;
