package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores uploaded packages and forgets them by Ray's rule: when a pin runs out or the last job that
 * uses one ends, and neither a pin nor a job is left.
 */
public final class PackageStore {
  private static final Duration PIN = Duration.ofMinutes(10);

  private static final class Entry {
    private final List<Instant> pins = new ArrayList<>();
    private int users;
    private @Nullable Path file;
  }

  private final FakeCluster cluster;
  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Entry> entries = new HashMap<>();
  private int count;

  PackageStore(FakeCluster cluster, Path folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /** Pins a package, stored or not, and tells whether it is stored. */
  boolean pin(String name) {
    lock.lock();
    try {
      Entry entry = current(name);
      entry.pins.add(cluster.time().instant().plus(PIN));
      return entry.file != null;
    } finally {
      lock.unlock();
    }
  }

  void put(String name, byte[] bytes) throws IOException {
    lock.lock();
    try {
      Entry entry = current(name);
      Path file = folder.resolve("package-" + count++);
      Files.write(file, bytes);
      delete(entry);
      entry.file = file;
    } finally {
      lock.unlock();
    }
  }

  /** Marks a package as used by a job and returns its file. */
  Optional<Path> use(String name) {
    lock.lock();
    try {
      Entry entry = current(name);
      if (entry.file == null) {
        return Optional.empty();
      }
      entry.users++;
      return Optional.of(entry.file);
    } finally {
      lock.unlock();
    }
  }

  void release(String name) {
    lock.lock();
    try {
      Entry entry = current(name);
      entry.users--;
      forgetIfUnused(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Names and sizes of what is stored now. */
  public Map<String, Long> sizes() {
    lock.lock();
    try {
      entries.keySet().forEach(this::current);
      return entries.entrySet().stream()
          .filter(entry -> entry.getValue().file != null)
          .collect(Collectors.toMap(Map.Entry::getKey, entry -> sizeOf(entry.getValue().file)));
    } finally {
      lock.unlock();
    }
  }

  private static long sizeOf(@Nullable Path file) {
    return file == null ? 0 : file.toFile().length();
  }

  private Entry current(String name) {
    Entry known = entries.get(name);
    Entry entry = known == null ? new Entry() : known;
    if (known == null) {
      entries.put(name, entry);
    }
    Instant now = cluster.time().instant();
    if (entry.pins.removeIf(pin -> !pin.isAfter(now))) {
      forgetIfUnused(entry);
    }
    return entry;
  }

  private static void forgetIfUnused(Entry entry) {
    if (entry.pins.isEmpty() && entry.users == 0) {
      delete(entry);
    }
  }

  private static void delete(Entry entry) {
    Path file = entry.file;
    entry.file = null;
    if (file != null && !file.toFile().delete()) {
      file.toFile().deleteOnExit();
    }
  }
}
