package io.rayauth.testkit.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Holds the records of all jobs. */
public final class JobTable {
  /** A record with its JSON, which is made once however often it is asked for. */
  private static final class Entry {
    private final JobRecord job;
    private byte @Nullable [] json;

    Entry(JobRecord job) {
      this.job = job;
    }

    byte[] json() {
      byte[] made = json;
      if (made == null) {
        made = PythonJson.bytes(job.toJson());
        json = made;
      }
      return made;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Entry> submissions = new LinkedHashMap<>();
  private final Map<String, Entry> drivers = new TreeMap<>();
  private byte @Nullable [] list;

  /** Finds by Ray job id first, by submission id then, as Ray does. */
  Optional<JobRecord> find(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(drivers.getOrDefault(id, submissions.get(id)))
          .map(entry -> entry.job);
    } finally {
      lock.unlock();
    }
  }

  /** The JSON of one record. */
  Optional<byte[]> json(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(drivers.getOrDefault(id, submissions.get(id))).map(Entry::json);
    } finally {
      lock.unlock();
    }
  }

  /** The JSON of all records. */
  byte[] listJson() {
    lock.lock();
    try {
      byte[] made = list;
      if (made == null) {
        List<byte[]> items = new ArrayList<>(submissions.size() + drivers.size());
        submissions.values().forEach(entry -> items.add(entry.json()));
        drivers.values().forEach(entry -> items.add(entry.json()));
        made = PythonJson.array(items);
        list = made;
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** All records, submissions first. */
  public List<JobRecord> all() {
    lock.lock();
    try {
      List<JobRecord> all = new ArrayList<>();
      submissions.values().forEach(entry -> all.add(entry.job));
      drivers.values().forEach(entry -> all.add(entry.job));
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Stores a new submission; false if its id is taken. */
  boolean add(JobRecord job) {
    lock.lock();
    try {
      list = null;
      return submissions.putIfAbsent(String.valueOf(job.submissionId()), new Entry(job)) == null;
    } finally {
      lock.unlock();
    }
  }

  /** Stores a submission, new or changed. */
  void put(JobRecord job) {
    lock.lock();
    try {
      list = null;
      submissions.put(String.valueOf(job.submissionId()), new Entry(job));
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a submission. */
  public void remove(String submissionId) {
    lock.lock();
    try {
      list = null;
      submissions.remove(submissionId);
    } finally {
      lock.unlock();
    }
  }

  /** Stores a driver, new or changed. */
  public void putDriver(JobRecord driver) {
    lock.lock();
    try {
      list = null;
      drivers.put(String.valueOf(driver.jobId()), new Entry(driver));
    } finally {
      lock.unlock();
    }
  }

  /** Changes a submission that is still there and not over yet. */
  void update(String submissionId, UnaryOperator<JobRecord> change) {
    lock.lock();
    try {
      list = null;
      submissions.computeIfPresent(
          submissionId,
          (id, entry) -> entry.job.isTerminal() ? entry : new Entry(change.apply(entry.job)));
    } finally {
      lock.unlock();
    }
  }

  /** Removes a submission if it is over; tells whether it did. */
  boolean removeEnded(String submissionId) {
    lock.lock();
    try {
      Entry entry = submissions.get(submissionId);
      if (entry == null || !entry.job.isTerminal()) {
        return false;
      }
      list = null;
      submissions.remove(submissionId);
      return true;
    } finally {
      lock.unlock();
    }
  }
}
