WITH RECURSIVE done AS MATERIALIZED (
    SELECT person_id, count(*) AS times, min(CASE lineage WHEN 1 THEN held_on || hex(session_id) END) AS first, trainer_id
    FROM attendances WHERE curriculum_id = $1 AND status = 'COMPLETED' AND held_on IS NOT NULL GROUP BY person_id),
tree AS (
    SELECT DISTINCT trainer_id AS person_id, 0 AS number FROM done
    WHERE trainer_id NOT IN (SELECT person_id FROM done)
    UNION ALL
    SELECT done.person_id, tree.number + 1 FROM tree JOIN done ON done.trainer_id = tree.person_id),
active AS MATERIALIZED (
    SELECT DISTINCT trainer_id AS person_id FROM attendances WHERE curriculum_id = $1 AND lineage AND status = 'COMPLETED'),
generations AS MATERIALIZED (
    SELECT number, count(*) AS reach, sum(times) AS attendances, count(active.person_id) AS active
    FROM tree LEFT JOIN done USING (person_id) LEFT JOIN active USING (person_id) GROUP BY number),
grown AS (SELECT *, lag(reach) OVER (ORDER BY number) AS before FROM generations WHERE number > 0)
SELECT json_object('data', json_object('cascade', json_object(
    'masters', (SELECT reach FROM generations WHERE number = 0),
    'reach', (SELECT sum(reach) FROM grown),
    'attendances', (SELECT sum(times) FROM done),
    'generations', (
        SELECT json_group_array(json_object(
            'number', number, 'reach', reach, 'attendances', attendances, 'activeTrainers', active,
            'growth', json_object('value', CASE WHEN before > 0 THEN printf('%.4f', 1.0 * reach / before) END)))
        FROM (SELECT * FROM grown ORDER BY number)))))
