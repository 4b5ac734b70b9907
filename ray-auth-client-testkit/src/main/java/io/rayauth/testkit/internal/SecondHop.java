package io.rayauth.testkit.internal;

import java.util.Optional;

/**
 * Is the hop from the dashboard's job module to the agent that runs the job. It puts the id into a
 * URL as it is, so an id with a slash, a question mark, a hash or a percent sign leads elsewhere.
 */
final class SecondHop {
  /** What the agent made of the URL: a job, or a status and a text. */
  record Arrival(int status, String text, String id) {
    boolean failed() {
      return status != 200;
    }

    /** Ray's traceback around the failure of the agent. */
    Response failure(String textName) {
      return failure(textName, status, text);
    }

    static Response failure(String textName, int status, String text) {
      return Response.text(
          500, RayTexts.of(textName, "status", String.valueOf(status), "text", text));
    }
  }

  private SecondHop() {}

  /** Follows a request for one job, as DELETE of the job itself or for something below it. */
  static Arrival to(JobTable table, String id, boolean isDelete) {
    int cut = -1;
    for (int i = 0; i < id.length() && cut < 0; i++) {
      cut = id.charAt(i) == '?' || id.charAt(i) == '#' ? i : -1;
    }
    if (cut >= 0 && !isDelete) {
      return new Arrival(405, "405: Method Not Allowed", id);
    }
    String arrived = cut < 0 ? id : id.substring(0, cut);
    if (arrived.isEmpty()
        || arrived.indexOf('/') >= 0
        || arrived.equals(".")
        || arrived.equals("..")) {
      return new Arrival(404, "404: Not Found", id);
    }
    String decoded = Request.decode(arrived);
    Optional<JobRecord> job = table.find(decoded).filter(JobRecord::isSubmission);
    return job.isEmpty()
        ? new Arrival(404, "Job " + decoded + " does not exist", id)
        : new Arrival(200, "", String.valueOf(job.get().submissionId()));
  }
}
