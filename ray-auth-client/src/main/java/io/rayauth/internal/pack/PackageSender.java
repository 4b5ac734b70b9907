package io.rayauth.internal.pack;

import io.rayauth.error.PackageException;
import io.rayauth.internal.call.Events;
import io.rayauth.internal.pack.Packages.Part;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Outcome;
import io.rayauth.job.PackageStore;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings one package to where a job can name it: to the cluster's own store, and what is too large
 * for that when it is packed to a package store if there is one.
 *
 * <p>Thread-safe. Threads that need the same package at the same time upload it once.
 */
final class PackageSender {
  private static final System.Logger LOG = System.getLogger(PackageSender.class.getName());

  private final ClusterStore cluster;
  private final PackageSettings settings;
  private final @Nullable PackageStore store;
  private final Events events;
  private final TimeSource time;
  private final UploadTurns turns = new UploadTurns();

  PackageSender(
      ClusterStore cluster,
      PackageSettings settings,
      @Nullable PackageStore store,
      Events events,
      TimeSource time) {
    this.cluster = cluster;
    this.settings = settings;
    this.store = store;
    this.events = events;
    this.time = time;
  }

  /**
   * Asks for a package and sends it if it is not there.
   *
   * @throws FolderChangedException if it is not what was read any more
   * @throws TooLargeException if it is larger than the dashboard takes, and there is no store
   * @throws PackageException if it cannot be packed, or the store fails
   */
  PackageReport send(Part part) throws IOException {
    LocalPackage content = part.content();
    long start = time.nanoTime();
    try (UploadTurns.Ticket ticket = turns.join(content.uri())) {
      if (cluster.exists(content.uri()) || (ticket.awaitTurn() && cluster.exists(content.uri()))) {
        return alreadyThere(part, content.uri().value(), start);
      }
      PackageReport report =
          store == null ? sendToCluster(part, start) : sendToEither(store, part, start);
      ticket.uploaded();
      return report;
    }
  }

  /**
   * What is too large to be sent without being packed was probably found too large when it was
   * packed, too, so the store is asked for it first.
   */
  private PackageReport sendToEither(PackageStore store, Part part, long start) throws IOException {
    if (part.content().bytes() > ClusterStore.LARGEST) {
      Optional<String> there = find(store, part);
      if (there.isPresent()) {
        return alreadyThere(part, there.get(), start);
      }
    }
    try {
      return sendToCluster(part, start);
    } catch (TooLargeException e) {
      return sendToStore(store, part, start);
    }
  }

  private PackageReport sendToCluster(Part part, long start) throws IOException {
    LocalPackage content = part.content();
    long packing = time.nanoTime();
    try (SealedPackage sealed = content.seal(ClusterStore.LARGEST)) {
      Duration packed = since(packing);
      warnOfSecrets(content);
      cluster.put(content.uri(), sealed);
      return sent(part, sealed, Outcome.UPLOADED, content.uri().value())
          .times(part.reading(), packed, since(start).minus(packed))
          .build();
    }
  }

  private PackageReport sendToStore(PackageStore store, Part part, long start) throws IOException {
    Optional<String> there = find(store, part);
    if (there.isPresent()) {
      return alreadyThere(part, there.get(), start);
    }
    LocalPackage content = part.content();
    long packing = time.nanoTime();
    try (SealedPackage sealed = content.forStore().seal(Long.MAX_VALUE)) {
      Duration packed = since(packing);
      warnOfSecrets(content);
      String address = store(store, part, sealed);
      return sent(part, sealed, Outcome.IN_PACKAGE_STORE, address)
          .times(part.reading(), packed, since(start).minus(packed))
          .build();
    }
  }

  private PackageReport.Builder sent(
      Part part, SealedPackage sealed, Outcome outcome, String address) {
    PackageReport.Builder report = part.content().report();
    List<String> notes = new ArrayList<>(report.build().notes());
    settings.noteOn(sealed).ifPresent(notes::add);
    return report.outcome(outcome, address).packedBytes(sealed.size()).notes(notes);
  }

  private PackageReport alreadyThere(Part part, String uri, long start) {
    return part.content()
        .report()
        .outcome(Outcome.ALREADY_THERE, uri)
        .times(part.reading(), Duration.ZERO, since(start))
        .build();
  }

  private static Optional<String> find(PackageStore store, Part part) throws IOException {
    String name = part.content().nameInStore();
    try {
      return store.find(name).map(address -> checked(address, part));
    } catch (IOException e) {
      throw failed(part, "cannot tell whether it has " + name, e);
    }
  }

  private String store(PackageStore store, Part part, SealedPackage sealed) throws IOException {
    String name = part.content().nameInStore();
    try {
      LongConsumer progress = events.uploadProgress(part.content().uri(), sealed.size());
      return checked(store.store(name, sealed.file(), progress), part);
    } catch (IOException e) {
      throw failed(part, "did not take " + name, e);
    }
  }

  private static PackageException failed(Part part, String what, IOException cause) {
    return new PackageException(
        "%s was not sent, because the package store %s: %s"
            .formatted(part.local().path(), what, cause.getMessage()),
        cause);
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
          "{0} is sent with files that look like secrets: {1}; everybody who may use the cluster can read them",
          content.source(),
          found);
    }
  }

  private Duration since(long start) {
    return Duration.ofNanos(time.nanoTime() - start);
  }
}
