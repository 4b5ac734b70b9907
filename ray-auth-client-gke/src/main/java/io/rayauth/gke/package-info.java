/**
 * Google identities for clients of Ray, and GKE clusters without gcloud, kubectl or a kubeconfig.
 *
 * <p>Start at {@link io.rayauth.gke.GkeClusters}; tokens alone come from {@link
 * io.rayauth.gke.GoogleTokenProvider}.
 */
@NullMarked
package io.rayauth.gke;

import org.jspecify.annotations.NullMarked;
