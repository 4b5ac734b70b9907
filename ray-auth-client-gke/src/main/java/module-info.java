/**
 * Gives Google identities to clients of Ray, and reaches Ray clusters on GKE without gcloud,
 * kubectl or a kubeconfig.
 *
 * <p>Start at {@code GkeClusters}; tokens alone come from {@code GoogleTokenProvider}.
 */
module io.rayauth.gke {
  requires transitive io.rayauth.kubernetes;
  requires transitive com.google.auth.oauth2;
  requires com.google.api.client;
  requires com.google.api.client.json.gson;
  requires com.google.api.services.container;
  requires com.google.api.services.storage;
  requires com.google.auth;
  // Google's libraries need both and cannot say so: they have no module descriptors themselves.
  requires com.google.common;
  requires com.google.gson;
  requires google.api.client;
  requires static transitive org.jspecify;

  exports io.rayauth.gke;

  provides io.rayauth.token.TokenProviderFactory with
      io.rayauth.gke.internal.identity.GoogleTokenProviderFactory;
}
