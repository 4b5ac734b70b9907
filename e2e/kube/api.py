"""Speaks to the API server as the admin, with the standard library alone."""

import json
import ssl
import urllib.error
import urllib.request

SECONDS = 30
FIELD_MANAGER = "e2e-stack"


class ApiError(Exception):
    """The API server said no."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    def __init__(self, server, ca, token):
        self.server = server
        self.ca = ca
        self._token = token

    def get(self, path):
        return self._send("GET", path)

    def create(self, path, thing):
        return self._send("POST", path, json.dumps(thing), "application/json")

    def apply(self, path, thing):
        """Server-side apply; the thing may be YAML text."""
        body = thing if isinstance(thing, str) else json.dumps(thing)
        path = f"{path}?fieldManager={FIELD_MANAGER}&force=true"
        return self._send("PATCH", path, body, "application/apply-patch+yaml")

    def service_account_token(self, namespace, name, seconds):
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": seconds}}
        return self.create(path, request)["status"]["token"]

    def watch(self, path):
        """Yields (type, object) until the API server ends the watch."""
        with self._open("GET", path, None, None, None) as events:
            for line in events:
                event = json.loads(line)
                yield event["type"], event["object"]

    def is_ready(self):
        try:
            with self._open("GET", "/readyz", None, None, 5) as response:
                return response.status == 200
        except (ApiError, OSError):
            return False

    def _send(self, method, path, body=None, content_type=None):
        with self._open(method, path, body, content_type, SECONDS) as response:
            return json.loads(response.read())

    def _open(self, method, path, body, content_type, seconds):
        request = urllib.request.Request(self.server + path, method=method, data=body.encode() if body else None)
        request.add_header("Authorization", f"Bearer {self._token}")
        if content_type:
            request.add_header("Content-Type", content_type)
        # Read anew each time: the API server makes its certificate when it first starts.
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.ca)))
        try:
            return urllib.request.build_opener(urllib.request.ProxyHandler({}), tls).open(request, timeout=seconds)
        except urllib.error.HTTPError as e:
            raise ApiError(e.code, e.read().decode(errors="replace")) from None


def kubeconfig(server, ca, token):
    """The text of a kubeconfig with one context; JSON is YAML."""
    return json.dumps({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "e2e",
        "clusters": [{"name": "e2e", "cluster": {"server": server, "certificate-authority": str(ca)}}],
        "users": [{"name": "e2e", "user": {"token": token}}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e"}}],
    })  # fmt: skip
