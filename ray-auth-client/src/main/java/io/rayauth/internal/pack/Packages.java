package io.rayauth.internal.pack;

import io.rayauth.error.PackageException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.call.Events;
import io.rayauth.internal.env.EnvForm;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Outcome;
import io.rayauth.job.PackageStore;
import io.rayauth.job.PackageUri;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings what a job needs of this machine to the cluster: reads and names it, asks for it, and
 * packs and sends what is not there.
 *
 * <p>Thread-safe. Threads that need the same package at the same time upload it once.
 */
public final class Packages {
  private static final System.Logger LOG = System.getLogger(Packages.class.getName());

  /** A folder that is being written to gets a second look, and no third. */
  private static final int LOOKS = 2;

  /** Nodes take a single top folder away from what they fetch from elsewhere, so there is one. */
  private static final String OUTER_FOLDER = "package/";

  /** What to do about files that look like secrets. */
  public enum SecretLooking {
    REPORTED,
    REFUSED
  }

  /**
   * Is what was read of a job, before anything is sent.
   *
   * @param runtimeEnv with the names the packages have in the cluster's store
   */
  public record Found(RuntimeEnv runtimeEnv, List<Part> parts) {}

  /**
   * Is what the cluster has now.
   *
   * @param runtimeEnv with what the job can name
   */
  public record Delivered(RuntimeEnv runtimeEnv, List<PackageReport> reports) {}

  /** Is a path, what is there, and how long it took to read it. */
  record Part(LocalPart local, LocalPackage content, Duration reading) {
    PackageReport.Builder report() {
      return content.report().times(reading, Duration.ZERO, Duration.ZERO);
    }
  }

  private final ClusterStore cluster;
  private final PackageSettings settings;
  private final SecretLooking secretLooking;
  private final @Nullable PackageStore store;
  private final Events events;
  private final TimeSource time;
  private final UploadTurns turns = new UploadTurns();

  /** Brings packages to a cluster, and what is too large for it to a store if there is one. */
  public Packages(
      ClusterStore cluster,
      PackageSettings settings,
      SecretLooking secretLooking,
      @Nullable PackageStore store,
      Events events,
      TimeSource time) {
    this.cluster = cluster;
    this.settings = settings;
    this.secretLooking = secretLooking;
    this.store = store;
    this.events = events;
    this.time = time;
  }

  /**
   * Reads and names what a job needs; sends nothing.
   *
   * @throws IllegalArgumentException if something of it cannot be used
   * @throws PackageException if it changes while it is read
   */
  public Found find(JobSpec spec) {
    RuntimeEnv env = EnvForm.of(spec.runtimeEnv());
    List<Part> parts = new ArrayList<>();
    for (LocalPart local : LocalPart.in(spec)) {
      Part part = read(local);
      LocalPackage named = withANameOfItsOwn(part.content(), parts);
      part = new Part(local, named, part.reading());
      tellOf(part);
      parts.add(part);
      env = local.replacedIn(env, named.uri().value());
    }
    return new Found(env, parts);
  }

  /**
   * Sends what is not there.
   *
   * @throws IllegalArgumentException if a package is larger than the dashboard takes
   * @throws PackageException if a folder changes while it is packed, or a store fails
   */
  public Delivered deliver(Found found) {
    RuntimeEnv env = found.runtimeEnv();
    List<PackageReport> reports = new ArrayList<>();
    for (int i = 0; i < found.parts().size(); i++) {
      Part part = found.parts().get(i);
      PackageReport report = deliver(part, found.parts().subList(0, i));
      reports.add(report);
      env = part.local().replacedIn(env, report.uri());
    }
    return new Delivered(env, reports);
  }

  /** Sends one archive, unless it is there. */
  public PackageUri upload(Path archive) {
    Archive content = Archive.of(archive);
    deliver(
        new Part(
            new LocalPart(PackageUse.PY_MODULES, 0, archive, List.of()), content, Duration.ZERO),
        List.of());
    return content.uri();
  }

  private Part read(LocalPart local) {
    long start = time.nanoTime();
    for (int look = 1; ; look++) {
      try {
        LocalPackage content = local.read(settings);
        return new Part(local, content, since(start));
      } catch (FolderChangedException e) {
        if (look == LOOKS) {
          throw changing(local, e);
        }
      } catch (ClosedByInterruptException e) {
        throw interrupted(local, e);
      } catch (IOException e) {
        throw new IllegalArgumentException(local.path() + " cannot be read: " + e, e);
      }
    }
  }

  /**
   * Ray's name does not tell how a package is laid out, and what is there already is not sent
   * again: a folder that is both the working directory and a module needs two names.
   */
  private static LocalPackage withANameOfItsOwn(LocalPackage content, List<Part> before) {
    boolean clash =
        before.stream()
            .map(Part::content)
            .anyMatch(other ->
                other.uri().equals(content.uri()) && !other.layout().equals(content.layout()));
    return clash ? content.named(nameFor(content, content.layout())) : content;
  }

  private static PackageUri nameFor(LocalPackage content, String layout) {
    String name = content.uri().value();
    int extension = name.lastIndexOf('.');
    PackageHash hash = new PackageHash();
    hash.begin(layout);
    hash.end();
    String mark = hash.uri().name().replace("_ray_pkg_", "_in_").replace(".zip", "");
    return new PackageUri(name.substring(0, extension) + mark + name.substring(extension));
  }

  private void tellOf(Part part) {
    PackageReport report = part.report().build();
    events.tell(listener -> listener.onPackageRead(report));
    if (secretLooking == SecretLooking.REFUSED && !report.secretLooking().isEmpty()) {
      throw new IllegalArgumentException(
          report.source()
              + " holds files that look like secrets: "
              + report.secretLooking()
              + "; everybody who may use the cluster could read them. Exclude them");
    }
  }

  private PackageReport deliver(Part part, List<Part> before) {
    Part current = part;
    for (int look = 1; ; look++) {
      try {
        return send(current);
      } catch (FolderChangedException e) {
        if (look == LOOKS) {
          throw changing(part.local(), e);
        }
        current = readAgain(part, before);
      } catch (ClosedByInterruptException e) {
        throw interrupted(part.local(), e);
      } catch (IOException e) {
        throw new PackageException(part.local().path() + " cannot be sent: " + e, e);
      }
    }
  }

  private Part readAgain(Part part, List<Part> before) {
    Part again = read(part.local());
    Part named =
        new Part(
            part.local(),
            withANameOfItsOwn(again.content(), before),
            part.reading().plus(again.reading()));
    tellOf(named);
    return named;
  }

  private PackageReport send(Part part) throws IOException {
    LocalPackage content = part.content();
    long start = time.nanoTime();
    try (UploadTurns.Ticket ticket = turns.join(content.uri())) {
      if (cluster.exists(content.uri()) || (ticket.awaitTurn() && cluster.exists(content.uri()))) {
        return content
            .report()
            .outcome(Outcome.ALREADY_THERE, content.uri().value())
            .times(part.reading(), Duration.ZERO, since(start))
            .build();
      }
      warnOfSecrets(content);
      PackageStore elsewhere = store;
      PackageReport report =
          elsewhere != null
                  && content instanceof FolderPackage folder
                  && content.bytes() > ClusterStore.LARGEST
              ? sendTo(elsewhere, part, folder, start)
              : sendToCluster(part, start);
      ticket.uploaded();
      return report;
    }
  }

  private PackageReport sendToCluster(Part part, long start) throws IOException {
    LocalPackage content = part.content();
    long packing = time.nanoTime();
    try (SealedPackage sealed = content.seal(ClusterStore.LARGEST)) {
      Duration packed = since(packing);
      cluster.put(content.uri(), sealed);
      return content
          .report()
          .outcome(Outcome.UPLOADED, content.uri().value())
          .packedBytes(sealed.size())
          .times(part.reading(), packed, since(start).minus(packed))
          .build();
    }
  }

  private PackageReport sendTo(PackageStore store, Part part, FolderPackage folder, long start)
      throws IOException {
    FolderPackage wrapped = folder.inside(OUTER_FOLDER);
    String name = nameFor(folder, wrapped.layout()).name();
    Optional<URI> there = store.find(name);
    if (there.isPresent()) {
      return folder
          .report()
          .outcome(Outcome.ALREADY_THERE, checked(there.get(), part))
          .times(part.reading(), Duration.ZERO, since(start))
          .build();
    }
    long packing = time.nanoTime();
    try (SealedPackage sealed = wrapped.seal(Long.MAX_VALUE)) {
      Duration packed = since(packing);
      URI stored = store.store(name, sealed.file());
      return folder
          .report()
          .outcome(Outcome.IN_PACKAGE_STORE, checked(stored, part))
          .packedBytes(sealed.size())
          .times(part.reading(), packed, since(start).minus(packed))
          .build();
    }
  }

  private static String checked(URI stored, Part part) {
    String uri = stored.toString();
    try {
      if (RemoteUri.isRemote(uri, part.local().use())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new PackageException(
          "the package store gave an address that is of no use: " + e.getMessage(), e);
    }
    throw new PackageException("the package store gave an address without a protocol", null);
  }

  private static void warnOfSecrets(LocalPackage content) {
    List<String> found = content.report().build().secretLooking();
    if (!found.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "{0} is sent to the cluster with files that look like secrets: {1}; everybody who may use the cluster can read them",
          content.source(),
          found);
    }
  }

  private Duration since(long start) {
    return Duration.ofNanos(time.nanoTime() - start);
  }

  private static PackageException changing(LocalPart local, FolderChangedException cause) {
    return new PackageException(
        "%s changes while it is read (%s); nothing was submitted. Submit when it is at rest, or exclude what is being written"
            .formatted(local.path(), cause.getMessage()),
        cause);
  }

  private static RayInterruptedException interrupted(
      LocalPart local, ClosedByInterruptException cause) {
    return new RayInterruptedException("interrupted while reading " + local.path(), cause);
  }
}
