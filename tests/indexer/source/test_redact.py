"""Secrets are overwritten, and nothing else moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import HashEncoder, Snapshot, Store, build_index, open_worktree, redact_text
from indexer.source import redact_bytes

# Put together here, so that no tool that looks for secrets takes this file for a leak.
SECRETS = {
    "AWS": "AKIA" + "Q4T2LRW6Z7YUOPEX",
    "GitHub": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "GitLab": "glpat-" + "Zx9-8yWvUtSrQpOnMlKj",
    "Slack": "xoxb-" + "123456789012-abcdefGHIJKL",
    "OpenAI": "sk-proj-" + "Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56",
    "Anthropic": "sk-ant-" + "api03-Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56",
    "Google": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "JWT": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N",
    "npm": "npm_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
}
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEA7bq5Zk3\nq9Xv2LmNpQrStUvWxYz0123\n"
    + "-----END RSA PRIVATE KEY-----\n"
)


@pytest.mark.parametrize("provider", SECRETS)
def test_tokens_of_providers_are_written_over_in_place(provider: str) -> None:
    secret = SECRETS[provider]
    before = f"first = 1\ntoken_of_{provider} = '{secret}'  # é\nlast = 2\n"
    after, count = redact_text(before)
    assert count == 1
    assert secret[8:] not in after
    assert len(after.encode()) == len(before.encode())
    assert after.replace(after.split("'")[1], secret) == before


def test_a_private_key_keeps_its_lines() -> None:
    after, count = redact_text(f"x = 1\n{KEY}y = 2\n")
    assert count == 1
    assert "MIIE" not in after and "q9Xv" not in after
    assert after.count("\n") == 6
    assert after.endswith("-----END RSA PRIVATE KEY-----\ny = 2\n")


def test_a_password_in_an_address_is_written_over() -> None:
    after, _ = redact_text("url = 'postgres://admin:h4xx0r-pw@db.example.org/x'")
    assert "h4xx0r" not in after and "postgres://admin:REDACTED" in after


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "9f86d081884c7d659a2feaa0c55ad015"',
        '"client_secret": "Zk3q9Xv2LmNpQrStUv_1"',
        "password: str = 'Tr0ub4dor-and-3-xyZ9q'",
        "settings['auth_token'] = 'c2VjcmV0LXZhbHVlLTEyMzQ1'",
    ],
)
def test_a_random_literal_of_a_secret_name_is_written_over(line: str) -> None:
    assert redact_text(line)[1] == 1


@pytest.mark.parametrize(
    "line",
    [
        'token_url = "https://example.org/oauth2/v1/token"',
        'password = "correct horse"',
        'SECRET_KEY = os.environ["DJANGO_SECRET_KEY_2"]',
        'token_type = "oauth2_token_exchange"',
        'digest = "9f86d081884c7d659a2feaa0c55ad015"',
        'api_key = "your-api-key-1234567"',
        "proxy = 'http://user:password@proxy.example.org'",
        'password_field = "user_password_confirmation_2"',
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert redact_text(line) == (line, 0)


def test_what_was_redacted_is_not_redacted_again() -> None:
    text = KEY + "\n".join(f"token = '{secret}'" for secret in SECRETS.values())
    once, count = redact_bytes(text.encode())
    assert count == len(SECRETS) + 1
    assert redact_bytes(once) == (once, 0)


def test_no_secret_gets_into_the_store(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "app.py").write_text(
        f"TOKEN = '{SECRETS['GitHub']}'\n\n\ndef use() -> str:\n    return TOKEN\n"
    )
    build_index(open_worktree(str(root)), Store(str(tmp_path / "store")), HashEncoder(8), jobs=1)
    stored = Snapshot.open(str(tmp_path / "store"))
    assert "REDACTED" in str(stored.source("app.py"))
    assert [symbol.symbol.start_line for symbol in stored.symbols_in(["app.py"])] == [1, 4]
    leaked = SECRETS["GitHub"].encode()
    assert not [
        path
        for path in (tmp_path / "store").rglob("*")
        if path.is_file() and leaked in path.read_bytes()
    ]


def test_a_report_counts_the_secrets_of_the_view_whether_or_not_this_build_read_them(
    tmp_path: Path,
) -> None:
    root, store = tmp_path / "tree", Store(str(tmp_path / "store"))
    root.mkdir()

    def secrets() -> int:
        return build_index(open_worktree(str(root)), store, HashEncoder(8), jobs=1).redacted

    (root / "app.py").write_text(f"TOKEN = '{SECRETS['GitHub']}'\n")
    (root / "keys.py").write_text(KEY + f"TOKEN = '{SECRETS['GitHub']}'\n")
    assert secrets() == 3
    assert secrets() == 3
    (root / "keys.py").write_text("nothing = None\n")
    assert secrets() == 1
    (root / "app.py").unlink()
    assert secrets() == 0


def test_a_literal_that_can_be_read_in_many_ways_is_judged_at_once() -> None:
    # if the time doubled with every digit or two, this would never end
    line = f'api_key = "a{"1" * 400}!"'
    assert redact_text(line) == (line, 0)
