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
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings what a job needs of this machine to the cluster: reads and names it, asks for it, and
 * packs and sends what is not there.
 *
 * <p>Thread-safe. Threads that need the same package at the same time upload it once.
 */
public final class Packages {
  /** A folder that is being written to gets a second look, and no third. */
  private static final int LOOKS = 2;

  /**
   * The cluster keeps what was asked for during 600 s ({@code
   * RAY_RUNTIME_ENV_URI_PIN_EXPIRATION_S}); this leaves two minutes for the submission.
   */
  private static final Duration KEPT = Duration.ofMinutes(8);

  /** Asking again takes no time, unless what was there is gone. */
  private static final int TIMES_ASKED_AGAIN = 3;

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

  /** Is a part that was sent, and when the cluster was last asked for it. */
  private record Sent(Part part, PackageReport report, long askedAt) {}

  private final PackageSender sender;
  private final PackageSettings settings;
  private final SecretLooking secretLooking;
  private final @Nullable PackageStore store;
  private final Events events;
  private final TimeSource time;
  private final Layouts layouts = new Layouts();

  /** Brings packages to a cluster, and what is too large for it to a store if there is one. */
  public Packages(
      ClusterStore cluster,
      PackageSettings settings,
      SecretLooking secretLooking,
      @Nullable PackageStore store,
      Events events,
      TimeSource time) {
    this.sender = new PackageSender(cluster, settings, store, events, time);
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
      tellOf(part);
      parts.add(part);
      env = local.replacedIn(env, part.content().uri().value());
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
    List<Sent> all = new ArrayList<>();
    found.parts().forEach(part -> all.add(deliver(part)));
    for (int i = 0; i < TIMES_ASKED_AGAIN; i++) {
      all.replaceAll(sent -> since(sent.askedAt()).compareTo(KEPT) < 0 ? sent : again(sent));
    }
    RuntimeEnv env = found.runtimeEnv();
    for (Sent sent : all) {
      env = sent.part().local().replacedIn(env, sent.report().uri());
    }
    return new Delivered(env, all.stream().map(Sent::report).toList());
  }

  /** Asks once more, as the cluster may have lost it while others were sent. */
  private Sent again(Sent sent) {
    Sent now = deliver(sent.part());
    boolean asBefore =
        now.report().outcome() == Outcome.ALREADY_THERE
            && now.report().uri().equals(sent.report().uri());
    return asBefore ? new Sent(now.part(), sent.report(), now.askedAt()) : now;
  }

  /** Sends one archive, unless it is there. */
  public PackageUri upload(Path archive) {
    Archive content = Archive.of(archive).checkedForCluster();
    Sent unused =
        deliver(
            new Part(
                new LocalPart(PackageUse.PY_MODULES, 0, archive, List.of()),
                content,
                Duration.ZERO));
    return content.uri();
  }

  private Part read(LocalPart local) {
    long start = time.nanoTime();
    for (int look = 1; ; look++) {
      try {
        return new Part(local, checked(local.read(settings)), since(start));
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

  private LocalPackage checked(LocalPackage content) {
    if (content instanceof Archive archive && archive.size() > ClusterStore.LARGEST) {
      return store == null ? archive.checkedForCluster() : archive.checkedForStore();
    }
    return content instanceof FolderPackage folder && !layouts.fits(folder.uri(), folder.layout())
        ? folder.withANameOfItsOwn()
        : content;
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

  private Sent deliver(Part part) {
    Part current = part;
    for (int look = 1; ; look++) {
      long start = time.nanoTime();
      try {
        return new Sent(current, sender.send(current), start);
      } catch (FolderChangedException e) {
        if (look == LOOKS) {
          throw changing(part.local(), e);
        }
        current = readAgain(part);
      } catch (ClosedByInterruptException e) {
        throw interrupted(part.local(), e);
      } catch (IOException e) {
        throw new PackageException(part.local().path() + " cannot be read again: " + e, e);
      }
    }
  }

  private Part readAgain(Part part) {
    Part again = read(part.local());
    Part whole = new Part(again.local(), again.content(), part.reading().plus(again.reading()));
    tellOf(whole);
    return whole;
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
