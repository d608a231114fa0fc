"""What all tests of the project share; the parts are in tests/support."""

pytest_plugins = ["tests.support.defaults", "tests.support.postgres", "tests.support.browser"]
