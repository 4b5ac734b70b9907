package io.rayauth.proxy.internal.guard;

/** Is one browser that is signed in. Guarded by the {@link Sessions} it is in, except its load. */
final class Session {
  final Secret secret = Secret.create();
  final Load load;
  long lastUsed;

  Session(Load load, long now) {
    this.load = load;
    this.lastUsed = now;
  }
}
