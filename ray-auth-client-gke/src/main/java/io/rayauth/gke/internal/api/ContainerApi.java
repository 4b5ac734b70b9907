package io.rayauth.gke.internal.api;

import static java.util.stream.Collectors.joining;

import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.container.Container;
import com.google.api.services.container.model.CancelOperationRequest;
import com.google.api.services.container.model.Cluster;
import com.google.api.services.container.model.CreateClusterRequest;
import com.google.api.services.container.model.ListClustersResponse;
import com.google.api.services.container.model.Operation;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.gke.GkeException;
import io.rayauth.gke.GkeException.Reason;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.gke.internal.identity.Secrets;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks GKE's API (container.googleapis.com, v1) for clusters and operations. Thread-safe; every
 * call blocks for one request or two.
 */
public final class ContainerApi {
  private static final System.Logger LOG = System.getLogger(ContainerApi.class.getName());

  /** Stands for all zones and regions in a list. */
  private static final String EVERYWHERE = "-";

  private static final int CONFLICT = 409;

  private final GoogleAccount account;
  private final ApiRoot root;

  /**
   * Creates a way to the API; sends nothing.
   *
   * @param root where it is asked
   */
  public ContainerApi(GoogleAccount account, ApiRoot root) {
    this.account = account;
    this.root = root;
  }

  /** Returns who asks. */
  public GoogleAccount account() {
    return account;
  }

  /** Is one call to the client that Google generates. */
  private interface Call<T> {
    @Nullable T on(Container.Projects.Locations api) throws IOException;
  }

  /**
   * Reads a cluster.
   *
   * @throws GkeException if it is not there; the message says where one of that name is
   */
  public Cluster cluster(GkeClusterRef ref) {
    return find(ref).orElseThrow(() -> new GkeException(Reason.NOT_FOUND, missing(ref), null));
  }

  /** Reads a cluster that may not be there. */
  private Optional<Cluster> find(GkeClusterRef ref) {
    return callUnless(
        ApiFailure::isMissing,
        "reading GKE cluster " + ref,
        "container.clusters.get",
        ref.project(),
        api -> api.clusters().get(ref.toString()).execute());
  }

  /** Reads all clusters of a project. */
  public List<Cluster> clusters(String project) {
    ListClustersResponse found =
        call(
            "listing the GKE clusters of project " + project,
            "container.clusters.list",
            project,
            api -> api.clusters().list(parent(project, EVERYWHERE)).execute());
    List<String> missing = Objects.requireNonNullElse(found.getMissingZones(), List.of());
    if (!missing.isEmpty()) {
      LOG.log(Level.WARNING, "GKE could not list the clusters of these zones: {0}", missing);
    }
    return Objects.requireNonNullElse(found.getClusters(), List.of());
  }

  /**
   * Says what a cluster that is not there may be confused with.
   *
   * @return a message that names a cluster of the same name elsewhere, else all there are
   */
  private String missing(GkeClusterRef ref) {
    String missing =
        "there is no GKE cluster '%s' in %s of project %s"
            .formatted(ref.name(), ref.location(), ref.project());
    try {
      List<Cluster> clusters = clusters(ref.project());
      String elsewhere = locations(ref, clusters);
      if (!elsewhere.isEmpty()) {
        return missing + "; it is in " + elsewhere;
      }
      return clusters.isEmpty()
          ? missing + "; the project has none"
          : clusters.stream()
              .map(cluster -> cluster.getName() + " in " + cluster.getLocation())
              .collect(joining(", ", missing + "; the project has ", ""));
    } catch (GkeException e) {
      return missing; // who may not list is told the rest all the same
    }
  }

  /** Returns where clusters of this name are, empty if there is none. */
  public String locations(GkeClusterRef ref) {
    return locations(ref, clusters(ref.project()));
  }

  private static String locations(GkeClusterRef ref, List<Cluster> clusters) {
    return clusters.stream()
        .filter(cluster -> ref.name().equals(cluster.getName()))
        .map(Cluster::getLocation)
        .collect(joining(" and in "));
  }

  /** Begins to create a cluster; empty if one of that name is there already. */
  public Optional<Operation> create(GkeClusterRef ref, Cluster cluster) {
    return callUnless(
        answer -> answer.getStatusCode() == CONFLICT,
        "creating GKE cluster " + ref,
        "container.clusters.create",
        ref.project(),
        api ->
            api.clusters()
                .create(
                    parent(ref.project(), ref.location()),
                    new CreateClusterRequest().setCluster(cluster))
                .execute());
  }

  /** Begins to delete a cluster; empty if it is not there. */
  public Optional<Operation> delete(GkeClusterRef ref) {
    return callUnless(
        ApiFailure::isMissing,
        "deleting GKE cluster " + ref,
        "container.clusters.delete",
        ref.project(),
        api -> api.clusters().delete(ref.toString()).execute());
  }

  /** Finds what is being done to a cluster, such as {@code CREATE_CLUSTER}. */
  public Optional<Operation> running(GkeClusterRef ref, String type) {
    Predicate<Operation> wanted =
        operation ->
            type.equals(operation.getOperationType())
                && !"DONE".equals(operation.getStatus())
                && String.valueOf(operation.getTargetLink()).endsWith("/clusters/" + ref.name());
    List<Operation> operations =
        call(
                "listing the operations on GKE cluster " + ref,
                "container.operations.list",
                ref.project(),
                api -> api.operations().list(parent(ref.project(), ref.location())).execute())
            .getOperations();
    return Objects.requireNonNullElse(operations, List.<Operation>of()).stream()
        .filter(wanted)
        .findFirst();
  }

  /** Reads an operation. */
  public Operation operation(GkeClusterRef ref, String name) {
    return call(
        "reading operation " + name + " on GKE cluster " + ref,
        "container.operations.get",
        ref.project(),
        api -> api.operations().get(operationName(ref, name)).execute());
  }

  /** Asks GKE to give an operation up. */
  public void cancel(GkeClusterRef ref, String name) {
    call(
        "cancelling operation " + name + " on GKE cluster " + ref,
        "container.operations.update",
        ref.project(),
        api ->
            api.operations()
                .cancel(operationName(ref, name), new CancelOperationRequest())
                .execute());
  }

  private static String operationName(GkeClusterRef ref, String name) {
    return parent(ref.project(), ref.location()) + "/operations/" + name;
  }

  private static String parent(String project, String location) {
    return "projects/" + project + "/locations/" + location;
  }

  private <T> T call(String doing, String permission, String project, Call<T> call) {
    return callUnless(answer -> false, doing, permission, project, call).orElseThrow();
  }

  /** Returns empty for an answer that is expected. */
  private <T> Optional<T> callUnless(
      Predicate<HttpResponseException> expected,
      String doing,
      String permission,
      String project,
      Call<T> call) {
    try {
      return Optional.of(ask(call));
    } catch (IOException | IllegalArgumentException e) { // the second if an answer is empty
      if (e instanceof HttpResponseException answer && expected.test(answer)) {
        return Optional.empty();
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new RayInterruptedException("interrupted while " + doing, new InterruptedException());
      }
      throw ApiFailure.of(doing, permission, project, Secrets.of(account.credentials()), e);
    }
  }

  /** The token is fetched first, so that a failure of that is not taken for one of the API. */
  private <T> T ask(Call<T> call) throws IOException {
    account.token();
    GoogleCredentials credentials = account.credentials();
    Container.Builder builder =
        new Container.Builder(
            account.surroundings().http().create(),
            GsonFactory.getDefaultInstance(),
            initializer(credentials));
    root.applyTo(builder, credentials);
    T answer = call.on(builder.build().projects().locations());
    if (answer == null) {
      throw new IOException("the answer is empty");
    }
    return answer;
  }

  /** Credentials that were given with a token add the quota project from the next token on only. */
  private static HttpRequestInitializer initializer(GoogleCredentials credentials) {
    HttpRequestInitializer adapter = new HttpCredentialsAdapter(credentials);
    return request -> {
      adapter.initialize(request);
      if (credentials.getQuotaProjectId() != null) {
        request.getHeaders().set("x-goog-user-project", credentials.getQuotaProjectId());
      }
    };
  }
}
