/** The one door to the Kubernetes API's errors: what a refusal there means here. */
@NullMarked
package io.rayauth.kubernetes.internal.api;

import org.jspecify.annotations.NullMarked;
