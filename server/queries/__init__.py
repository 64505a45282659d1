"""Every SELECT: functions of a session that return models or raise NotFound; the filter that protects is in the query."""
