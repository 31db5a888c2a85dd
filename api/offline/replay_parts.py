"""What the second implementation of the rules is made of: files in `src/`."""

from typing import Final

RULE_SETS: Final = "replay_rule_sets.js"
"""The one part that is written by the build: which rule sets the others implement."""

REPLAY: Final = (
    "state_tree.js",
    "replay_books.js",
    "replay_movements.js",
    "replay_state.js",
    "replay_refusal.js",
    "replay_numbers.js",
    "replay_form.js",
    "replay_authority.js",
    "replay_rules_registry.js",
    "replay_rules_parameters.js",
    "replay_rules_accounts.js",
    "replay_rules_keys.js",
    "replay_rules_log.js",
    "replay_rules_land.js",
    "replay_rules_projects.js",
    "replay_rules_reports.js",
    "replay_rules_issue.js",
    "replay_selection.js",
    "replay_status.js",
    "replay_impairment.js",
    "replay_rules_certificates.js",
    "replay_rules_losses.js",
    "replay_rules_units.js",
    "replay_rules_holdings.js",
    "replay_rules_claims.js",
    "replay_rules_complete.js",
    "replay_rules.js",
    RULE_SETS,
    "replay_chain.js",
    "replay.js",
)
"""The second implementation of the rules, in the order in which its parts build on each other."""
