package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.page.Refusal;

/** Ends the way of a request through the rules. Has no stack trace, as it happens all the time. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;

  Refused(Refusal refusal) {
    super(refusal.reason(), null, false, false);
    this.refusal = refusal;
  }

  Refusal refusal() {
    return refusal;
  }
}
