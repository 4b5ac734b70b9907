package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;

/**
 * Makes the ServiceAccounts that programs submit jobs as: {@code kubectl create serviceaccount}.
 *
 * <p>Immutable and thread-safe; each call blocks for one request.
 */
public final class ServiceAccounts {
  private final KubernetesClient client;

  private ServiceAccounts(KubernetesClient client) {
    this.client = client;
  }

  /** Says what {@link #create(String, String)} found. */
  public enum Creation {
    /** There was none; it exists now, without any right. */
    CREATED,
    /** There was one of that name; it was left as it was, with the rights it has. */
    EXISTED
  }

  /**
   * Uses a client.
   *
   * @param client who asks; it stays the caller's to close
   * @return the entry to ServiceAccounts
   */
  public static ServiceAccounts using(KubernetesClient client) {
    return new ServiceAccounts(client);
  }

  /**
   * Makes a ServiceAccount if there is none of that name. Safe to repeat.
   *
   * @param namespace its namespace, which must exist
   * @param name its name, such as {@code ray-user}
   * @return whether it is new
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   * @throws RayKubernetesException if the caller lacks the verb {@code create} on serviceaccounts,
   *     or the namespace does not exist
   */
  public Creation create(String namespace, String name) {
    Subject.serviceAccount(namespace, name);
    ServiceAccount account =
        new ServiceAccountBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(name)
            .addToLabels("app.kubernetes.io/managed-by", "ray-auth-client")
            .endMetadata()
            .build();
    try {
      ApiServer.ask(
          "creating ServiceAccount " + namespace + "/" + name,
          () -> client.serviceAccounts().inNamespace(namespace).resource(account).create());
      return Creation.CREATED;
    } catch (RayKubernetesException e) {
      if (e.reason() == Reason.CONFLICT) {
        return Creation.EXISTED;
      }
      throw e;
    }
  }
}
