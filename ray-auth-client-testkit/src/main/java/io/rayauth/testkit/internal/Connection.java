package io.rayauth.testkit.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Serves one connection until it ends: reads a request, passes the gate, answers, repeats. */
final class Connection {
  private static final long LARGEST_BODY = 100L << 20;
  private static final int LINGER_MILLIS = 1000;
  private static final int POLL_MILLIS = 20;

  private final Socket socket;
  private final LoopbackServer server;
  private final WireInput in;
  private final RequestReader reader;
  private final BufferedOutputStream out;
  private final ResponseWriter writer;

  Connection(Socket socket, LoopbackServer server) throws IOException {
    this.socket = socket;
    this.server = server;
    this.in = new WireInput(socket);
    this.reader = new RequestReader(in);
    this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    this.writer = new ResponseWriter(out);
  }

  /** Serves until the client leaves or a fault ends it. */
  void serve() throws IOException {
    try {
      Request head = reader.head();
      while (head != null) {
        CallLog.Call call = server.begin(head);
        boolean goesOn;
        try {
          goesOn = exchange(head, call);
        } finally {
          server.end();
        }
        head = goesOn ? reader.head() : null;
      }
    } catch (RequestReader.Malformed malformed) {
      writer.malformed(String.valueOf(malformed.getMessage()));
      linger();
    }
  }

  /** Handles one request; tells whether another one can follow. */
  private boolean exchange(Request head, CallLog.Call call)
      throws IOException, RequestReader.Malformed {
    FaultScript.Step step = server.faults().take(head).orElse(null);
    Gatekeeper.Verdict verdict = server.gate().admit(head);
    if (step == null
        && head.expectsContinue()
        && verdict instanceof Gatekeeper.Refused refused
        && refused.beforeBody()) {
      return answer(head, call, refused.response(), true, null);
    }
    Request request;
    try {
      request = receive(head, call);
    } catch (RequestReader.BodyTooLarge tooLarge) {
      answer(
          head,
          call,
          Response.text(413, "Maximum request body size " + LARGEST_BODY + " exceeded."),
          false,
          null);
      reader.skip(head);
      linger();
      return false;
    }
    boolean last = request.closesConnection() || request.offersHttp2();
    FaultPlan plan = step == null ? null : step.plan();
    if (step != null && step.moment() == FaultScript.Moment.BEFORE) {
      if (plan instanceof FaultPlan.Revoke revoke) {
        server.gate().revoke(revoke.token());
      } else if (plan instanceof FaultPlan.Stall && !stall()) {
        return false;
      } else if (plan instanceof FaultPlan.Close close) {
        return hangUp(close);
      } else if (plan instanceof FaultPlan.Answer scripted) {
        return answer(request, call, scripted.response(), last, null);
      }
    }
    Response response = handle(request);
    if (step != null && step.moment() == FaultScript.Moment.AFTER) {
      if (plan instanceof FaultPlan.Revoke revoke) {
        server.gate().revoke(revoke.token());
      } else if (plan instanceof FaultPlan.Stall && !stall()) {
        return false;
      } else if (plan instanceof FaultPlan.Close close) {
        return hangUp(close);
      } else if (plan instanceof FaultPlan.Answer scripted) {
        response = scripted.response();
      }
    }
    return answer(request, call, response, last, plan);
  }

  /** Reads the body; one that comes with an offer of HTTP/2 is lost, as in aiohttp before 3.10. */
  private Request receive(Request head, CallLog.Call call)
      throws IOException, RequestReader.Malformed, RequestReader.BodyTooLarge {
    if (head.expectsContinue()) {
      writer.proceed();
    }
    byte[] body = reader.body(head, LARGEST_BODY);
    call.received(body);
    return head.withBody(head.offersHttp2() ? new byte[0] : body);
  }

  /** The gate is asked again, as the token may have been revoked while the request stalled. */
  private Response handle(Request request) throws IOException {
    Gatekeeper.Verdict verdict = server.gate().admit(request);
    if (verdict instanceof Gatekeeper.Refused refused) {
      return refused.response();
    }
    return server.handle(((Gatekeeper.Admitted) verdict).request());
  }

  private boolean answer(
      Request request,
      CallLog.Call call,
      Response response,
      boolean last,
      @Nullable FaultPlan fault)
      throws IOException {
    call.answered(response.status());
    boolean reusable = writer.write(request, response, last, fault);
    Response.Conversation conversation = response.conversation();
    Response.Growth growth = response.growth();
    if (conversation == null && (growth == null || request.isHead())) {
      if (!reusable) {
        linger();
      }
      return reusable;
    }
    try {
      if (conversation != null) {
        WebSocketFrames frames = new WebSocketFrames(in, out, fault);
        frames.begin();
        conversation.run(frames);
      } else if (growth != null) {
        growth.run(new Chunks(in, out, fault));
      }
    } catch (WebSocketFrames.Ended scripted) {
      out.flush();
    }
    linger();
    return false;
  }

  private boolean hangUp(FaultPlan.Close close) throws IOException {
    if (close.reset()) {
      socket.setSoLinger(true, 0);
    }
    return false;
  }

  /** Stays silent; tells whether the test let the exchange go on. */
  private boolean stall() throws IOException {
    LoopbackServer.Stall stall = server.stall();
    while (!stall.isReleased()) {
      if (server.isClosed() || !in.isOpenAfter(POLL_MILLIS)) {
        return false;
      }
    }
    return true;
  }

  /** Lets the client read all of the answer before the socket goes. */
  private void linger() throws IOException {
    out.flush();
    socket.shutdownOutput();
    in.drain(LINGER_MILLIS);
  }
}
