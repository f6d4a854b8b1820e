"""Signs requests as botocore does, for sigv4.test.js to compare with.

Reads a JSON list of requests from stdin and writes the list of their Authorization headers to stdout. `query` is
either a list of decoded pairs or the query string of the URL as it is sent.
"""

import base64
import hashlib
import json
import sys

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError as error:
    sys.exit(f"{sys.executable} has no botocore: pip install botocore, or name another interpreter in PYTHON ({error})")


def authorization(case):
    url = f"https://{case['host']}{case['path']}"
    query = case["query"]
    if isinstance(query, str):
        url += f"?{query}" if query else ""
        query = []
    body = base64.b64decode(case["body"])
    request = AWSRequest(method=case["method"], url=url, params=[tuple(pair) for pair in query], data=body)
    request.headers["Host"] = case["host"]
    request.headers["X-Amz-Date"] = case["time"]
    request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
    if case["token"]:
        request.headers["X-Amz-Security-Token"] = case["token"]

    credentials = Credentials(case["id"], case["secret"], case["token"])
    signer = SigV4Auth(credentials, "execute-api", case["region"])
    # What add_auth() does, but at the time given.
    request.context["timestamp"] = case["time"]
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    signed = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, "
        f"SignedHeaders={signed}, Signature={signer.signature(to_sign, request)}"
    )


json.dump([authorization(case) for case in json.load(sys.stdin)], sys.stdout)
