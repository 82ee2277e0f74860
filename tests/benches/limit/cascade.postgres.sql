WITH RECURSIVE done AS MATERIALIZED (
    SELECT person_id, trainer_id, held_on, session_id, lineage FROM attendances
    WHERE curriculum_id = $1 AND status = 'COMPLETED' AND held_on IS NOT NULL),
times AS (SELECT person_id, count(*) AS times FROM done GROUP BY person_id),
begun AS (SELECT person_id, min(held_on) AS held_on FROM done WHERE lineage GROUP BY person_id),
first AS MATERIALIZED (
    SELECT DISTINCT ON (person_id) person_id, trainer_id
    FROM begun JOIN done USING (person_id, held_on) WHERE lineage ORDER BY person_id, session_id),
tree AS (
    SELECT DISTINCT trainer_id AS person_id, 0 AS number FROM first
    WHERE NOT EXISTS (SELECT FROM first AS trained WHERE trained.person_id = first.trainer_id)
    UNION ALL
    SELECT first.person_id, tree.number + 1 FROM tree JOIN first ON first.trainer_id = tree.person_id),
active AS (SELECT DISTINCT trainer_id AS person_id FROM done WHERE lineage),
generations AS (
    SELECT number, count(*) AS reach, sum(times)::bigint AS attendances, count(active.person_id) AS active
    FROM tree LEFT JOIN times USING (person_id) LEFT JOIN active USING (person_id) GROUP BY number),
grown AS (SELECT *, lag(reach) OVER (ORDER BY number) AS before FROM generations WHERE number > 0)
SELECT json_build_object('data', json_build_object('cascade', json_build_object(
    'masters', (SELECT reach FROM generations WHERE number = 0),
    'reach', (SELECT sum(reach) FROM grown),
    'attendances', (SELECT count(*) FROM done),
    'generations', (
        SELECT json_agg(json_build_object(
            'number', number, 'reach', reach, 'attendances', attendances, 'activeTrainers', active,
            'growth', json_build_object('value', round(reach::numeric / before, 4)::text)) ORDER BY number)
        FROM grown))))::text
