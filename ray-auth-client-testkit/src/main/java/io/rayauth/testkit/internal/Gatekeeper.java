package io.rayauth.testkit.internal;

/** Decides who gets in; one for each way a dashboard is protected. */
public interface Gatekeeper {

  /** What became of a request at the gate. */
  sealed interface Verdict {}

  /** The request goes on, perhaps with other headers. */
  record Admitted(Request request) implements Verdict {}

  /** The request ends here; a proxy answers without having asked for the body. */
  record Refused(Response response, boolean beforeBody) implements Verdict {}

  /** Looks at the head of a request. */
  Verdict admit(Request head);

  /** Answers POST /api/authenticate behind this gate. */
  Response authenticate(Request request);

  /** Answers GET /api/authentication_mode behind this gate. */
  Response mode();

  /** Takes a token from here on. */
  void accept(String token);

  /** Refuses a token from here on. */
  void revoke(String token);
}
