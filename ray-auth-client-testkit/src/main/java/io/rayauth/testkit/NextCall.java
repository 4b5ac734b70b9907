package io.rayauth.testkit;

import io.rayauth.testkit.internal.FaultPlan;
import io.rayauth.testkit.internal.FaultScript;
import io.rayauth.testkit.internal.Response;

/**
 * Decides what becomes of the next request of one kind; made by {@link FakeRay#onNext(String,
 * String)}.
 *
 * <p>Each call adds one event; several for one kind of request happen one after another.
 */
public final class NextCall {
  private final FaultScript script;
  private final String method;
  private final String path;

  NextCall(FaultScript script, String method, String path) {
    this.script = script;
    this.method = method;
    this.path = path;
  }

  /**
   * Answers without asking Ray or the gate.
   *
   * @param status the status
   * @param body the body, sent as UTF-8
   * @param headers name, value, name, value; a Content-Type of text is added if there is none
   * @return this
   * @throws IllegalArgumentException if a header has a name but no value
   */
  public NextCall respond(int status, String body, String... headers) {
    return add(
        FaultScript.Moment.BEFORE, new FaultPlan.Answer(Response.scripted(status, body, headers)));
  }

  /**
   * Lets the fault strike before Ray sees the request. Faults that shape an answer need one, so Ray
   * is asked first with {@link Fault#cutAfter}, {@link Fault#slowBody} and {@link
   * Fault#webSocketClose}.
   *
   * @param fault what goes wrong
   * @return this
   */
  public NextCall fault(Fault fault) {
    return add(FaultScript.Moment.BEFORE, fault.plan());
  }

  /**
   * Lets Ray handle the request for real and then spoils the answer.
   *
   * @param fault what goes wrong with the answer
   * @return this
   */
  public NextCall acceptThen(Fault fault) {
    return add(FaultScript.Moment.AFTER, fault.plan());
  }

  private NextCall add(FaultScript.Moment moment, FaultPlan plan) {
    script.add(method, path, new FaultScript.Step(moment, plan));
    return this;
  }
}
