from hypothesis import settings

# The same examples in every run, however slow the machine; more and others with
# --hypothesis-profile=explore.
settings.register_profile("project", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, max_examples=5_000, print_blob=True)
if settings.get_current_profile_name() != "explore":
    settings.load_profile("project")
