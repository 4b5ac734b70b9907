package io.rayauth.contract;

import io.rayauth.JobClient;
import io.rayauth.error.RayException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.token.TokenProvider;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * Asks a cluster everything a client relies on, through the public API only.
 *
 * <p>Extend it for a cluster that asks for no token, and {@link SecuredJobContract} for one that
 * does. The tests use unique ids, stop what they left running and bear any other use of the
 * cluster; they expect {@code sh} on it and need no Python.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class JobContract
    implements SubmissionContract,
        AttachContract,
        LifecycleContract,
        WatchContract,
        GovernorContract,
        LogContract,
        PackageContract {
  private final List<JobId> submissions = new CopyOnWriteArrayList<>();
  private @Nullable JobClient client;

  /** Creates the contract for one test. */
  protected JobContract() {}

  /**
   * Returns where the cluster is.
   *
   * @return the address of its dashboard, or of what stands in front
   */
  protected abstract URI url();

  /**
   * Returns what the cluster lets in.
   *
   * @return a provider of a token that stays good for the whole test
   */
  protected abstract TokenProvider token();

  /**
   * Starts a client with what every client of this cluster needs, the token apart.
   *
   * @return a builder
   */
  protected JobClient.Builder newBuilder() {
    return JobClient.builder(url());
  }

  /**
   * Creates a client that the cluster accepts.
   *
   * @return the client, to be closed by the caller
   */
  protected final JobClient newClient() {
    return newBuilder().tokenProvider(token()).build();
  }

  @Override
  public final JobClient client() {
    JobClient open = client;
    if (open == null) {
      open = newClient();
      client = open;
    }
    return open;
  }

  @Override
  public final JobClient anotherClient() {
    return newClient();
  }

  @Override
  public final JobId submitted(JobSpec spec) {
    JobId id = client().submit(spec).id();
    submissions.add(id);
    return id;
  }

  @AfterEach
  final void stopWhatRunsAndClose() {
    JobClient open = client;
    if (open == null) {
      return;
    }
    try (open) {
      submissions.forEach(id -> stopIfThere(open, id));
    }
  }

  private static void stopIfThere(JobClient client, JobId id) {
    try {
      client.stop(id);
    } catch (RayException deleted) {
      // The test deleted the job, or made the cluster unusable and has said so itself.
    }
  }
}
