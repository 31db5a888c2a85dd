"""The offline verifier as this service hands it out: the committed bytes, under its own policy."""

from hashlib import sha256

import pytest

from api.offline.build import FOLDER, declared_policy
from api.pages.offline import offline_page
from api.problems import NotFoundError
from tests.support.service import Service


def test_the_verifier_is_served_as_it_is_committed(fresh_demo: Service) -> None:
    answer = fresh_demo.client.get("/verify.html")
    content = (FOLDER / "verify.html").read_bytes()
    assert answer.content == content
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["etag"] == f'"{sha256(content).hexdigest()}"'


def test_its_one_policy_names_its_own_script_and_nothing_else(fresh_demo: Service) -> None:
    answer = fresh_demo.client.get("/verify.html")
    [policy] = answer.headers.get_list("content-security-policy")
    assert policy == f"{declared_policy(answer.text)}; frame-ancestors 'none'"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_pages_keep_the_strict_policy(fresh_demo: Service) -> None:
    [policy] = fresh_demo.client.get("/").headers.get_list("content-security-policy")
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")


def test_no_other_file_of_the_folder_is_served() -> None:
    with pytest.raises(NotFoundError):
        offline_page("build.py")
