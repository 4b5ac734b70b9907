/** Programs that run on GKE, or against it, as a Google identity. */
@NullMarked
package io.rayauth.examples.gke;

import org.jspecify.annotations.NullMarked;
