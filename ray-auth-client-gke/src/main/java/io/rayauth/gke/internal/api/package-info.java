/** GKE's API: clusters and operations, and what its refusals mean. */
@NullMarked
package io.rayauth.gke.internal.api;

import org.jspecify.annotations.NullMarked;
