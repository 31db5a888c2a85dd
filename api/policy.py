"""Who may use which route: every route is declared here, and a test refuses one that is not.

`public` routes read what the log makes public to everyone. `signed` routes take what carries its
own authority: an order is refused unless the persons it needs have signed it. `judged` routes take
anybody's file or text, say what is to be thought of it, and keep nothing.
"""

from typing import Final

POLICIES: Final = {
    ("GET", "/"): "public",
    ("GET", "/contexts/carbon-sink/v1"): "public",
    ("GET", "/credentials/issuer"): "public",
    ("GET", "/credentials/status/{purpose}/{index}"): "public",
    ("GET", "/healthz"): "public",
    ("GET", "/log/anchors/rfc3161/{name}"): "public",
    ("GET", "/log/blob/{digest}"): "public",
    ("GET", "/log/checkpoint"): "public",
    ("GET", "/log/tile/entries/{index:path}"): "public",
    ("GET", "/log/tile/{level}/{index:path}"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/readyz/reading"): "public",
    ("GET", "/sign.html"): "public",
    ("GET", "/static/{path}"): "public",
    ("GET", "/trust/{name}"): "public",
    ("GET", "/v1/accounts/{account}"): "public",
    ("GET", "/v1/batches"): "public",
    ("GET", "/v1/batches/{batch}"): "public",
    ("GET", "/v1/certificates"): "public",
    ("GET", "/v1/certificates/{number}"): "public",
    ("GET", "/v1/certificates/{number}.pdf"): "public",
    ("GET", "/v1/certificates/{number}/proof"): "public",
    ("GET", "/v1/certificates/{number}/status-copy"): "public",
    ("GET", "/v1/checkpoint"): "public",
    ("GET", "/v1/claims"): "public",
    ("GET", "/v1/claims/{claim}"): "public",
    ("GET", "/v1/entries/{seq}"): "public",
    ("GET", "/v1/entries/{seq}/proof"): "public",
    ("GET", "/v1/holdings"): "public",
    ("GET", "/v1/holdings/{holding}"): "public",
    ("GET", "/v1/jobs"): "public",
    ("GET", "/v1/jobs/{number}"): "public",
    ("GET", "/v1/log/events"): "public",
    ("GET", "/v1/losses"): "public",
    ("GET", "/v1/losses/{loss}"): "public",
    ("GET", "/v1/openapi.json"): "public",
    ("GET", "/v1/orders"): "public",
    ("GET", "/v1/parameters"): "public",
    ("GET", "/v1/parcels/{parcel}"): "public",
    ("GET", "/v1/projects"): "public",
    ("GET", "/v1/projects/{number}"): "public",
    ("GET", "/v1/registry"): "public",
    ("GET", "/v1/reports"): "public",
    ("GET", "/v1/reports/{report}"): "public",
    ("GET", "/v1/retirements"): "public",
    ("GET", "/v1/retirements/{retirement}"): "public",
    ("GET", "/v1/serials/{serial:path}"): "public",
    ("GET", "/v1/state"): "public",
    ("GET", "/v1/state/proof"): "public",
    ("GET", "/v1/supply"): "public",
    ("GET", "/v1/verify"): "public",
    ("GET", "/verify"): "public",
    ("GET", "/verify.html"): "public",
    ("GET", "/verify/{number}"): "public",
    ("POST", "/v1/orders"): "signed",
    ("POST", "/v1/orders:batch"): "signed",
    ("POST", "/v1/verify"): "judged",
    ("POST", "/verify"): "judged",
}

CROSS_ORIGIN: Final = frozenset({("GET", "/v1/registry"), ("POST", "/v1/orders")})
"""What pages of other origins may do besides reading the static log: the signing desk needs it."""
