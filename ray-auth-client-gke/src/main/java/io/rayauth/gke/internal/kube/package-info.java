/** Kubernetes clients for GKE clusters, whose tokens are renewed and dropped when refused. */
@NullMarked
package io.rayauth.gke.internal.kube;

import org.jspecify.annotations.NullMarked;
