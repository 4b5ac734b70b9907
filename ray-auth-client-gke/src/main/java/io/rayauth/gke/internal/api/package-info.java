/** Google's APIs, of GKE and of Cloud Storage, and what their refusals mean. */
@NullMarked
package io.rayauth.gke.internal.api;

import org.jspecify.annotations.NullMarked;
