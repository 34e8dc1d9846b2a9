-- A stay keeps the version of its first assessment also while it is not assessed: that it waits is told by its figures.
DROP INDEX stay_unassessed;
CREATE INDEX stay_unassessed ON stay (insured_area, scheme, admitted_at, id) WHERE figures IS NULL;
