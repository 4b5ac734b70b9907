package io.rayauth.testkit.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Remembers the requests that came, in the order they came. */
public final class CallLog {
  /** More than any test looks at; a benchmark must not fill the heap. */
  private static final int KEPT = 50_000;

  private static final int LONGEST_BODY = 1 << 16;

  /** One request and, once there is one, the status of its answer. */
  public static final class Call {
    private final Request head;
    private volatile byte[] body = new byte[0];
    private volatile int status;

    Call(Request head) {
      this.head = head;
    }

    public Request head() {
      return head;
    }

    /** The body as it came, or nothing if it was a large one. */
    public byte[] body() {
      return body.clone();
    }

    /** The status that was sent; 0 if none was. */
    public int status() {
      return status;
    }

    void received(byte[] bytes) {
      if (bytes.length <= LONGEST_BODY) {
        body = bytes;
      }
    }

    void answered(int code) {
      status = code;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Call> calls = new ArrayDeque<>();

  Call begin(Request head) {
    Call call = new Call(head);
    lock.lock();
    try {
      calls.addLast(call);
      if (calls.size() > KEPT) {
        calls.removeFirst();
      }
    } finally {
      lock.unlock();
    }
    return call;
  }

  /** The calls so far. */
  public List<Call> calls() {
    lock.lock();
    try {
      return new ArrayList<>(calls);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the calls so far. */
  public void clear() {
    lock.lock();
    try {
      calls.clear();
    } finally {
      lock.unlock();
    }
  }
}
