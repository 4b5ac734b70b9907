/** Runs the programs for GKE against a FakeRay, and fakes of Google and of an API server. */
@NullMarked
package io.rayauth.examples.gke;

import org.jspecify.annotations.NullMarked;
