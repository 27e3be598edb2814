"""A published decision -> Plan, with a finding for everything that was not plain."""
