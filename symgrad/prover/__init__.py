"""Step -> Verdict, exactly."""
